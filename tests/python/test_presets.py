"""Presets: what platforms deliver, in small examples of their own making, and the orders that come of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import RunClv
from soak.builder import Builder

from clv.build.presets import preset_names, read_preset, with_presets
from clv.errors import UsageError

STAGED = [
    f"stg_shop__{name}"
    for name in ("orders", "order_items", "refunds", "customers", "marketing_spend", "touchpoints", "subscriptions")
]
ORDERS = "select order_id, customer_id, status, ordered_at::date::varchar, coalesce(amount, 0)::double from staging.stg_shop__orders order by 1"
LINES = "select order_id, product_id, quantity, unit_price, coalesce(discount_amount, 0)::double from staging.stg_shop__order_items order by 1, 2"
SHIPPING = "select order_id, shipping_amount::double, tax_included from staging.stg_shop__orders where shipping_amount <> 0 order by 1"
DISCOUNTS = (
    "select order_id, discount_amount::double from staging.stg_shop__orders where discount_amount <> 0 order by 1"
)
INSIDE = "select order_id, tax_included from staging.stg_shop__orders order by 1"
REFUNDS = "select order_id, amount::double, refunded_at::date::varchar from staging.stg_shop__refunds order by 1, 2"
SPEND = "select spend_date::varchar, channel, campaign, amount::double, currency from staging.stg_shop__marketing_spend order by 1, 3"
TOUCHES = "select customer_id, touched_at::varchar, channel, campaign from staging.stg_shop__touchpoints order by 2"
PLANS = "select subscription_id, started_at::date::varchar, ended_at::date::varchar, round(monthly_amount::double, 2), billing_period, currency from staging.stg_shop__subscriptions order by 1"


@dataclass(frozen=True)
class Example:
    """Files in a platform's shape (one line per row, columns by comma), and what queries then give."""

    files: dict[str, str]
    answers: dict[str, list[tuple[Any, ...]]]


EXAMPLES = {
    # orders 3 and 4 have a fee of 5, and one of -5
    "woocommerce": Example(
        {
            "shop_wc_order_stats.csv": """order_id,parent_id,date_created,date_created_gmt,tax_total,shipping_total,net_total,status,customer_id
                1,0,2024-05-02 00:30:00,2024-05-01 22:30:00,4,5,40,wc-completed,7
                2,1,2024-05-03 10:00:00,2024-05-03 08:00:00,-1,0,-10,wc-completed,7
                3,0,2024-05-02 00:30:00,2024-05-01 22:30:00,0,0,55,wc-completed,8
                4,0,2024-05-02 00:30:00,2024-05-01 22:30:00,0,0,45,wc-completed,8""",
            "shop_wc_order_product_lookup.csv": """order_item_id,order_id,product_id,variation_id,product_qty,product_net_revenue,coupon_amount
                11,1,100,0,2,30,6
                12,1,100,101,1,10,0
                13,2,100,101,-1,-10,0
                14,3,100,0,2,50,4
                15,4,100,0,1,50,0""",
        },
        {
            ORDERS: [
                ("1", "7", "wc-completed", "2024-05-01", 40.0),
                *[(order, "8", "wc-completed", "2024-05-01", worth) for order, worth in (("3", 55.0), ("4", 45.0))],
            ],
            LINES: [
                ("1", "100", 2.0, 18.0, 6.0),
                ("1", "101", 1.0, 10.0, 0.0),
                ("3", "100", 2.0, 27.0, 4.0),
                ("3", "fee", 1.0, 5.0, 0.0),
                ("4", "100", 1.0, 50.0, 0.0),
            ],
            DISCOUNTS: [("4", 5.0)],
            REFUNDS: [("1", 10.0, "2024-05-03")],
        },
    ),
    # tax of 10% outside the prices, and of 20% in them with shipping for nothing; all goods back, but not the shipping; shipping back
    # alone; a taxed line of an order whose other line is not; a line and the shipping, which holds no tax; a taxed line and one that is not;
    # all goods, which cost as much as one line and the shipping
    "shopify_export": Example(
        {
            "orders_export_1.csv": """Name,Email,Financial Status,Currency,Subtotal,Shipping,Taxes,Total,Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Lineitem taxable,Cancelled at,Refunded Amount
                #1,A@mail.invalid,partially_refunded,USD,38,12,5,58,2,2024-05-01 22:00:00 -0500,2,Apple,10,A,true,,22
                #1,A@mail.invalid,,,,,,,,2024-05-01 22:00:00 -0500,1,Pear,20,,true,,
                #1,A@mail.invalid,,,,,,,,2024-05-01 22:00:00 -0500,1,Tip,3,,false,,
                #2,,partially_refunded,USD,30,6,5,30,6,2024-05-01 10:00:00 -0500,3,Apple,10,A,true,,12
                #3,b@mail.invalid,partially_refunded,USD,20,5,2.5,27.5,0,2024-05-01 10:00:00 -0500,2,Apple,10,A,true,,22
                #4,b@mail.invalid,paid,USD,20,0,0,20,0,2024-05-01 10:00:00 -0500,2,Apple,10,A,true,2024-05-01 11:00:00 -0500,0
                #5,b@mail.invalid,partially_refunded,USD,20,5,0.5,25.5,0,2024-05-01 10:00:00 -0500,2,Book,10,B,false,,20
                #6,b@mail.invalid,partially_refunded,USD,20,5,2.5,27.5,0,2024-05-01 10:00:00 -0500,2,Apple,10,A,true,,5.50
                #7,b@mail.invalid,partially_refunded,USD,40,0,1,41,0,2024-05-01 10:00:00 -0500,1,Apple,10,A,true,,11
                #7,b@mail.invalid,,,,,,,,2024-05-01 10:00:00 -0500,1,Book,30,B,false,,
                #8,b@mail.invalid,partially_refunded,USD,70,5,7,82,0,2024-05-01 10:00:00 -0500,1,Apple,10,A,true,,16
                #8,b@mail.invalid,,,,,,,,2024-05-01 10:00:00 -0500,2,Book,30,B,true,,
                #9,b@mail.invalid,partially_refunded,USD,60,0,3,63,0,2024-05-01 10:00:00 -0500,1,Apple,10,A,true,,41
                #9,b@mail.invalid,,,,,,,,2024-05-01 10:00:00 -0500,1,Book,30,B,false,,
                #9,b@mail.invalid,,,,,,,,2024-05-01 10:00:00 -0500,1,Pear,20,P,true,,
                #90,b@mail.invalid,partially_refunded,USD,30,10,0,40,0,2024-05-01 10:00:00 -0500,1,Apple,20,A,true,,30
                #90,b@mail.invalid,,,,,,,,2024-05-01 10:00:00 -0500,1,Book,10,B,true,,""",
        },
        {
            ORDERS: [
                ("#1", "a@mail.invalid", "partially_refunded", "2024-05-02", 0.0),
                ("#2", None, "partially_refunded", "2024-05-01", 0.0),
                ("#3", "b@mail.invalid", "partially_refunded", "2024-05-01", 0.0),
                ("#4", "b@mail.invalid", "cancelled", "2024-05-01", 0.0),
                *[
                    (order, "b@mail.invalid", "partially_refunded", "2024-05-01", 0.0)
                    for order in ("#5", "#6", "#7", "#8", "#9", "#90")
                ],
            ],
            LINES: [
                ("#1", "A", 2.0, 10.0, 0.0),
                ("#1", "Pear", 1.0, 20.0, 0.0),
                *[(order, "A", pieces, 10.0, 0.0) for order, pieces in (("#2", 3.0), ("#3", 2.0), ("#4", 2.0))],
                ("#5", "B", 2.0, 10.0, 0.0),
                ("#6", "A", 2.0, 10.0, 0.0),
                ("#7", "A", 1.0, 10.0, 0.0),
                ("#7", "B", 1.0, 30.0, 0.0),
                ("#8", "A", 1.0, 10.0, 0.0),
                ("#8", "B", 2.0, 30.0, 0.0),
                ("#9", "A", 1.0, 10.0, 0.0),
                ("#9", "B", 1.0, 30.0, 0.0),
                ("#9", "P", 1.0, 20.0, 0.0),
                ("#90", "A", 1.0, 20.0, 0.0),
                ("#90", "B", 1.0, 10.0, 0.0),
            ],
            SHIPPING: [
                ("#1", 12.0, None),
                *[(order, 5.0, None) for order in ("#3", "#5", "#6", "#8")],
                ("#90", 10.0, None),
            ],
            REFUNDS: [
                ("#1", 20.0, "2024-05-02"),
                *[
                    (order, amount, "2024-05-01")
                    for order, amount in (
                        ("#2", 12.0),
                        ("#3", 20.0),
                        ("#5", 20.0),
                        ("#6", 0.0),
                        ("#7", 10.0),
                        ("#8", 10.0),
                        ("#9", 40.0),
                        ("#90", 30.0),
                    )
                ],
            ],
        },
    ),
    "shopify_fivetran": Example(
        {
            "order.csv": """id,customer_id,email,created_at,processed_at,cancelled_at,financial_status,currency,taxes_included,subtotal_price,total_line_items_price,total_tax,total_tip_received,total_price,test,_fivetran_deleted
                1,9,a@mail.invalid,2024-05-09 01:00:00.000,2024-05-01 01:00:00.000,,paid,USD,FALSE,45,50,4,3,57,FALSE,FALSE
                2,9,a@mail.invalid,2024-05-01 01:00:00.000,2024-05-01 01:00:00.000,2024-05-02 01:00:00.000,paid,USD,TRUE,12,12,4,0,24,FALSE,FALSE
                3,9,a@mail.invalid,2024-05-01 01:00:00.000,2024-05-01 01:00:00.000,,paid,USD,FALSE,5,5,0,0,5,TRUE,FALSE""",
            "order_line.csv": """order_id,id,product_id,variant_id,sku,quantity,price,total_discount
                1,21,300,301,S,2,25,0""",
            "refund.csv": """id,order_id,created_at,processed_at,restock
                5,1,2024-05-05 00:00:00.000,2024-05-05 00:00:00.000,TRUE""",
            "order_line_refund.csv": """id,refund_id,order_line_id,quantity,subtotal
                6,5,21,1,22.50""",
        },
        {
            ORDERS: [("1", "9", "paid", "2024-05-01", 0.0), ("2", "9", "cancelled", "2024-05-01", 0.0)],
            SHIPPING: [("1", 5.0, False), ("2", 12.0, True)],
            LINES: [("1", "301", 2.0, 25.0, 0.0)],
            REFUNDS: [("1", 22.5, "2024-05-05")],
        },
    ),
    "magento": Example(
        {
            "sales_order.csv": """entity_id,state,customer_id,customer_is_guest,customer_email,created_at,updated_at,base_currency_code,base_discount_amount
                1,complete,,1,Guest@mail.invalid,2024-05-01 10:00:00,2024-05-01 10:00:00,USD,-5""",
            "sales_order_item.csv": """item_id,order_id,parent_item_id,product_id,sku,qty_ordered,qty_canceled,base_price,base_discount_amount,base_discount_tax_compensation_amount
                1,1,,10,TEE-M,4,1,20,6,2
                2,1,1,11,TEE-M,4,1,20,6,2""",
            "sales_creditmemo.csv": """entity_id,order_id,state,created_at,base_subtotal,base_discount_amount,base_discount_tax_compensation_amount,base_adjustment,base_grand_total
                1,1,2,2024-05-04 10:00:00,20,-1.5,0.5,1,20""",
        },
        {
            ORDERS: [("1", "guest@mail.invalid", "complete", "2024-05-01", 0.0)],
            LINES: [("1", "TEE-M", 3.0, 20.0, 3.0)],
            REFUNDS: [("1", 20.0, "2024-05-04")],
        },
    ),
    "bigcommerce": Example(
        {
            "orders.csv": """Order ID,Customer ID,Customer Email,Billing Email,Order Date,Order Status,Subtotal (inc tax),Subtotal (ex tax),Tax Total,Shipping Cost (ex tax),Handling Cost (ex tax),Order Total (inc tax),Order Total (ex tax),Order Currency Code,Product Details,Refund Amount,Channel Name,Billing Country
                1,0,,New@mail.invalid,05/13/2024,Shipped,55,50,5,4,1,60,55,USD,,11,Web,US
                2,8,b@mail.invalid,,May 14th 2024,Cancelled,55,50,5,4,1,60,55,USD,,0,Web,US""",
        },
        {
            ORDERS: [
                ("1", "new@mail.invalid", "shipped", "2024-05-13", 50.0),
                ("2", "8", "cancelled", "2024-05-14", 50.0),
            ],
            REFUNDS: [("1", 10.0, "2024-05-13")],
        },
    ),
    "stripe": Example(
        {
            "unified_payments.csv": """id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Converted Amount,Converted Amount Refunded,Converted Currency,Refunded date (UTC),Status,Customer ID,Customer Email
                ch1,2024-05-01 10:00:00,10.00,4.00,eur,true,11.00,4.40,usd,2024-05-03 10:00:00,Paid,,A@mail.invalid
                ch2,2024-05-01 11:00:00,10.00,0.00,usd,false,10.00,0.00,usd,,Failed,cus_1,""",
        },
        {ORDERS: [("ch1", "a@mail.invalid", "paid", "2024-05-01", 11.0)], REFUNDS: [("ch1", 4.4, "2024-05-03")]},
    ),
    "stripe_fivetran": Example(
        {
            "charge.csv": """id,created,amount,amount_refunded,currency,captured,status,customer_id,livemode,balance_transaction_id
                ch1,2024-05-01 10:00:00,1050,50,usd,TRUE,succeeded,cus_1,TRUE,b1
                ch2,2024-05-01 10:00:00,1050,0,jpy,TRUE,succeeded,cus_1,TRUE,b2
                ch3,2024-05-01 10:00:00,1050,0,usd,TRUE,succeeded,cus_1,FALSE,b3
                ch4,2024-05-01 10:00:00,1050,0,usd,FALSE,succeeded,cus_1,TRUE,b4
                ch5,2024-05-01 10:00:00,1050,0,kwd,TRUE,succeeded,cus_1,TRUE,b5""",
            "refund.csv": """id,charge_id,created,amount,currency,status
                re1,ch1,2024-05-02 10:00:00,50,usd,succeeded
                re2,ch1,2024-05-02 10:00:00,50,usd,failed""",
        },
        {
            ORDERS: [
                ("ch1", "cus_1", "succeeded", "2024-05-01", 10.5),
                ("ch2", "cus_1", "succeeded", "2024-05-01", 1050.0),
                ("ch5", "cus_1", "succeeded", "2024-05-01", 1.05),
            ],
            REFUNDS: [("ch1", 0.5, "2024-05-02")],
        },
    ),
    "stripe_airbyte": Example(
        {
            "charges.csv": """id,created,amount,amount_refunded,currency,captured,status,customer,livemode,_airbyte_raw_id
                ch1,1714557600,1050,0,usd,true,succeeded,cus_1,true,x""",
        },
        {ORDERS: [("ch1", "cus_1", "succeeded", "2024-05-01", 10.5)], REFUNDS: []},
    ),
    "amazon": Example(
        {
            "all_orders.tsv": """amazon-order-id	purchase-date	last-updated-date	order-status	sales-channel	sku	quantity	currency	item-price	item-tax	item-promotion-discount	ship-country
                1	2024-05-01T10:00:00+00:00	2024-05-02T10:00:00+00:00	Shipped	Amazon.com	A	2	USD	40.00	3.00	-5.00	US
                2	2024-05-01T10:00:00+00:00	2024-05-02T10:00:00+00:00	Shipped	Amazon.de	B	1	EUR	12.00	2.00		DE
                3	2024-05-01T10:00:00+00:00	2024-05-02T10:00:00+00:00	Pending	Amazon.com	B	1	USD				US
                4	2024-05-01T10:00:00+00:00	2024-05-02T10:00:00+00:00	Shipped	Non-Amazon	B	1					US
                5	2024-05-01T10:00:00+00:00	2024-05-02T10:00:00+00:00	Cancelled	Amazon.com	B	0					US""",
            "settlement.tsv": """settlement-id	transaction-type	order-id	adjustment-id	amount-type	amount-description	amount	posted-date	order-item-code	sku
                7	Refund	1	adj	ItemPrice	Principal	-20.00	2024-05-09	i1	A
                7	Refund	1	adj	ItemPrice	Principal	-20.00	2024-05-09	i1	A
                7	Refund	1	adj	ItemPrice	Tax	-1.50	2024-05-09	i1	A""",
        },
        {
            ORDERS: [
                ("1", None, "shipped", "2024-05-01", 0.0),
                ("2", None, "shipped", "2024-05-01", 0.0),
                ("3", None, "pending", "2024-05-01", 0.0),
                ("5", None, "cancelled", "2024-05-01", 0.0),
            ],
            LINES: [("1", "A", 2.0, 20.0, 5.0), ("2", "B", 1.0, 10.0, 0.0)],
            REFUNDS: [("1", 40.0, "2024-05-09")],
        },
    ),
    # files that overlap: a return of two mugs is in both
    "square": Example(
        {
            "items-2024-05-01-2024-05-03.csv": """Date,Time,Time Zone,Item,Qty,Gross Sales,Discounts,Net Sales,Tax,Transaction ID,Payment ID,Event Type,Customer ID
                2024-05-01,22:00:00,Eastern Time (US & Canada),Mug,3.0,$27.00,-$3.00,$24.00,$2.00,T1,P1,Payment,ann
                2024-05-02,10:00:00,Eastern Time (US & Canada),Mug,-1.0,-$9.00,$1.00,-$8.00,-$0.66,T2,P1,Refund,ann
                2024-05-02,10:00:00,Eastern Time (US & Canada),Mug,-1.0,-$9.00,$1.00,-$8.00,-$0.66,T2,P1,Refund,ann""",
            "items-2024-05-02-2024-05-04.csv": """Date,Time,Time Zone,Item,Qty,Gross Sales,Discounts,Net Sales,Tax,Transaction ID,Payment ID,Event Type,Customer ID
                2024-05-02,10:00:00,Eastern Time (US & Canada),Mug,-1.0,-$9.00,$1.00,-$8.00,-$0.66,T2,P1,Refund,ann
                2024-05-02,10:00:00,Eastern Time (US & Canada),Mug,-1.0,-$9.00,$1.00,-$8.00,-$0.66,T2,P1,Refund,ann
                2024-05-03,10:00:00,Eastern Time (US & Canada),Pen,1.0,$5.00,$0.00,$5.00,$0.00,T3,P3,Payment,""",
        },
        {
            ORDERS: [("T1", "ann", "payment", "2024-05-02", 0.0), ("T3", None, "payment", "2024-05-03", 0.0)],
            "select sum(amount)::double, count(distinct record_key) from staging.stg_shop__refunds": [(32.0, 2)],
        },
    ),
    # the price of an item is after the coupon, which stands beside it
    "woocommerce_export": Example(
        {
            "orders.csv": """Order Number,Order Status,Order Date,Email (Billing),SKU,Item #,Item Name,Quantity (- Refund),Item Cost,Coupon Code,Discount Amount,Order Total Amount
                1,Completed,2024-05-01 10:00,A@mail.invalid,TEE,1,Tee,2,18.00,SPRING,6.00,46.00
                1,Completed,2024-05-01 10:00,A@mail.invalid,CAP,2,Cap,1,10.00,,,46.00""",
        },
        {LINES: [("1", "CAP", 1.0, 10.0, 0.0), ("1", "TEE", 2.0, 18.0, 0.0)]},
    ),
    "etsy": Example(
        {
            "EtsySoldOrders2024-5.csv": """Sale Date,Order ID,Buyer User ID,Ship Country,Currency,Order Value,Discount Amount,Shipping,Sales Tax,Order Total,Status,Order Type
                05/31/24,1,ann,Canada,USD,50.00,5.00,4.00,0,52.00,,online""",
        },
        {ORDERS: [("1", "ann", None, "2024-05-31", 50.0)]},
    ),
    "recharge": Example(
        {
            "charge.csv": """id,customer_id,created_at,updated_at,processed_at,external_order_id_ecommerce,subtotal_price,total_discounts,total_price,total_tax,type,status,total_refunds,email,_fivetran_deleted
                1,9,2024-05-01 00:00:00,2024-05-03 00:00:00,2024-05-01 00:00:00,55,20,2,22,2,RECURRING,PARTIALLY_REFUNDED,11,a@mail.invalid,FALSE
                2,9,2024-05-01 00:00:00,2024-05-03 00:00:00,,,20,2,22,2,RECURRING,QUEUED,,a@mail.invalid,FALSE
                3,9,2024-05-01 00:00:00,2024-05-03 00:00:00,,,22,0,22,2,RECURRING,PARTIALLY_REFUNDED,11,a@mail.invalid,FALSE
                4,9,2024-05-01 00:00:00,2024-05-03 00:00:00,,,22,0,22,2,RECURRING,SUCCESS,,a@mail.invalid,FALSE
                5,9,2024-05-01 00:00:00,2024-05-03 00:00:00,,,20,2,22,2,RECURRING,ERROR,,a@mail.invalid,FALSE""",
            "charge_line_item.csv": """charge_id,index,sku,external_variant_id_ecommerce,external_product_id_ecommerce,title,quantity,unit_price,tax_due,unit_price_includes_tax,purchase_item_type
                1,0,COF,1,2,Coffee,2,12,2,TRUE,SUBSCRIPTION
                3,0,COF,1,2,Coffee,2,11,2,TRUE,SUBSCRIPTION
                4,0,COF,1,2,Coffee,2,11,2,FALSE,SUBSCRIPTION""",
            "subscription.csv": """id,customer_id,created_at,cancelled_at,price,quantity,product_title,order_interval_unit,charge_interval_frequency,_fivetran_deleted
                5,9,2024-05-01 00:00:00,,12,2,Coffee,month,2,FALSE
                6,9,2024-05-01 00:00:00,2024-05-20 00:00:00,7,1,Tea,day,14,TRUE""",
        },
        {
            ORDERS: [
                ("1", "9", "partially_refunded", "2024-05-01", 22.0),
                ("3", "9", "partially_refunded", "2024-05-01", 22.0),
                ("4", "9", "success", "2024-05-01", 22.0),
                ("5", "9", "error", "2024-05-01", 22.0),
            ],
            INSIDE: [("1", False), ("3", False), ("4", True), ("5", False)],
            LINES: [("1", "COF", 2.0, 11.0, 0.0), ("3", "COF", 2.0, 10.0, 0.0), ("4", "COF", 2.0, 11.0, 0.0)],
            REFUNDS: [("1", 10.0, "2024-05-03"), ("3", 10.0, "2024-05-03")],
            PLANS: [
                ("5", "2024-05-01", None, 12.0, "two_months", None),
                ("6", "2024-05-01", "2024-05-20", 15.22, "week", None),
            ],
        },
    ),
    "google_ads": Example(
        {
            "Campaign report.csv": """Campaign report
                "May 1, 2024 - May 2, 2024"
                Day,Campaign,Currency code,Cost
                2024-05-01,Brand,EUR,"1,012.50"
                Total: Account, --,EUR,"1,012.50\"""",
        },
        {SPEND: [("2024-05-01", "google_ads", "brand", 1012.5, "EUR")]},
    ),
    "google_ads_fivetran": Example(
        {
            "campaign_stats.csv": """customer_id,id,date,device,cost_micros
                1,8,2024-05-01,MOBILE,1500000
                1,8,2024-05-01,DESKTOP,500000""",
            "campaign_history.csv": """id,updated_at,name,advertising_channel_type
                8,2024-01-01T00:00:00,Old,SEARCH
                8,2024-02-01T00:00:00,New,SEARCH""",
        },
        {SPEND: [("2024-05-01", "google_ads", "new", 2.0, None)]},
    ),
    "meta_ads": Example(
        {
            "meta_ads.csv": """Reporting starts,Reporting ends,Campaign name,Amount spent (CHF)
                ,,,30.00
                2024-05-01,2024-05-01,Reach,10.00
                2024-05-01,2024-05-31,Month,20.00""",
        },
        {SPEND: [("2024-05-01", "meta_ads", "reach", 10.0, "CHF")]},
    ),
    "ga4": Example(
        {
            "ga4_events.csv": """event_name,event_timestamp,user_pseudo_id,user_id,ga_session_id,collected_traffic_source_manual_source,collected_traffic_source_manual_medium,collected_traffic_source_manual_campaign_name
                session_start,1714557600000000,p1,,100,google,cpc,brand
                page_view,1714557660000000,p1,c1,100,google,cpc,brand
                session_start,1714644000000000,p1,,200,(direct),(none),
                session_start,1714557600000000,p2,,100,google,cpc,brand""",
        },
        {TOUCHES: [("c1", "2024-05-01 10:00:00", "google / cpc", "brand")]},
    ),
    "segment": Example(
        {
            "pages.csv": """id,anonymous_id,user_id,timestamp,context_campaign_source,context_campaign_medium,context_campaign_name
                e1,a1,,2024-05-01 10:00:00,facebook,paid,may
                e1,a1,,2024-05-01 10:00:00,facebook,paid,may
                e2,a1,c1,2024-05-01 10:05:00,,,""",
        },
        {TOUCHES: [("c1", "2024-05-01 10:00:00", "facebook / paid", "may")]},
    ),
    "stripe_subscriptions": Example(
        {
            "subscription_history.csv": """id,_fivetran_active,customer_id,status,start_date,current_period_end,cancel_at_period_end,ended_at,trial_end,livemode
                s1,TRUE,c1,active,2024-01-01 00:00:00,2024-06-01 00:00:00,TRUE,,2024-01-15 00:00:00,TRUE
                s1,FALSE,c1,trialing,2024-01-01 00:00:00,2024-01-15 00:00:00,FALSE,,2024-01-15 00:00:00,TRUE
                s2,TRUE,c2,incomplete,2024-01-01 00:00:00,2024-02-01 00:00:00,FALSE,,,TRUE""",
            "subscription_item.csv": """id,subscription_id,plan_id,quantity
                1,s1,p1,2
                2,s2,p1,1""",
            "price.csv": """id,currency,unit_amount,recurring_interval,recurring_interval_count,nickname
                p1,usd,12000,year,1,Pro""",
        },
        {PLANS: [("s1", "2024-01-15", "2024-06-01", 20.0, "year", "USD")]},
    ),
    "recurly": Example(
        {
            "recurly_subscription_history.csv": """id,updated_at,account_id,plan_id,state,currency,subtotal,activated_at,expires_at
                s1,2024-01-01 00:00:00,c1,p1,active,EUR,30,2024-01-01 00:00:00,
                s1,2024-02-01 00:00:00,c1,p1,canceled,EUR,36,2024-01-01 00:00:00,2024-04-01 00:00:00""",
            "plan_history.csv": """id,updated_at,code,interval_unit,interval_length
                p1,2024-01-01 00:00:00,quarter,months,3""",
        },
        {PLANS: [("s1", "2024-01-01", "2024-04-01", 12.0, "quarter", "EUR")]},
    ),
    "chargebee": Example(
        {
            "subscription.csv": """id,customer_id,currency_code,status,plan_id,plan_quantity,plan_unit_price,billing_period,billing_period_unit,started_at,activated_at,cancelled_at,deleted
                s1,c1,USD,active,pro,2,6000,1,year,1704067200,1704153600,,FALSE
                s2,c1,JPY,active,pro,1,1500,1,month,1704067200,,1714557600,FALSE
                s3,c1,USD,future,pro,1,1500,1,month,,,,FALSE""",
        },
        {
            PLANS: [
                ("s1", "2024-01-02", None, 10.0, "year", "USD"),
                ("s2", "2024-01-01", "2024-05-01", 1500.0, "month", "JPY"),
            ]
        },
    ),
}


def write(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir()
    for name, text in files.items():
        lines = [line.removeprefix(" " * 16) for line in text.splitlines()]
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


# presets that read other sources are tried together: a build takes seconds
TOGETHER = [
    ["woocommerce", "google_ads", "meta_ads", "ga4", "stripe_subscriptions"],
    ["shopify_export", "recurly"],
    ["shopify_fivetran", "google_ads_fivetran", "segment"],
    ["magento", "chargebee"],
    *(
        ["bigcommerce"],
        ["stripe"],
        ["stripe_fivetran"],
        ["stripe_airbyte"],
        ["amazon"],
        ["square"],
        ["etsy"],
        ["recharge"],
        ["woocommerce_export"],
    ),
]


@pytest.mark.parametrize("names", TOGETHER, ids=" ".join)
def test_presets_read_what_their_platforms_deliver(names: list[str], builder: Builder, tmp_path: Path) -> None:
    examples = [EXAMPLES[name] for name in names]
    write(tmp_path / "raw", {file: text for example in examples for file, text in example.files.items()})
    mapped = Builder(builder.scratch, with_presets({"raw_preset": names}), builder.manifest)
    built = mapped.build(tmp_path / "raw", tmp_path / "warehouse", None, "--select", *STAGED)
    with duckdb.connect(str(built), read_only=True) as connection:
        for query, rows in [answer for example in examples for answer in example.answers.items()]:
            read = [
                row
                for row in connection.execute(query).fetchall()
                if query != SPEND or row[1] in {found[1] for found in rows}
            ]
            assert read == rows
        for source in STAGED:
            reasons = f"select rejection_reason from staging.{source} where rejection_reason is not null"
            assert connection.execute(reasons).fetchall() == []


def test_a_platform_is_published_as_it_is(run_clv: RunClv, tmp_path: Path) -> None:
    """From the files to the marts with nothing written by hand; rows left out close the reconciliation."""
    write(tmp_path / "raw", EXAMPLES["woocommerce"].files)
    assert run_clv("init", str(tmp_path / "raw")).exit_code == 0
    run = run_clv("run", "--raw", str(tmp_path / "raw"), "--as-of", "2024-05-31")
    assert run.exit_code == 0, run.output
    with run.connect() as marts:
        orders = marts.execute("select order_id, net_revenue::double, is_counted from marts.fct_orders").fetchall()
        filtered = marts.execute(
            "select source_name, filtered_rows from marts.fct_deliveries where filtered_rows > 0 order by 1"
        )
        assert sorted(orders) == [("1", 30.0, True), ("3", 55.0, True), ("4", 45.0, True)]
        assert filtered.fetchall() == [("order_items", 1), ("orders", 1), ("refunds", 3)]


def test_tables_with_lines_of_tax_and_ids_like_numbers(builder: Builder, tmp_path: Path) -> None:
    """Prices hold tax at two rates, shipping holds some, ids have become 4.0, one table is Parquet, and a test order has lines and a refund."""
    raw, warehouse = tmp_path / "raw", tmp_path / "warehouse"
    files = {
        "order.csv": """id,customer_id,email,created_at,processed_at,cancelled_at,financial_status,currency,taxes_included,subtotal_price,total_line_items_price,total_tax,total_price,test,_fivetran_deleted
                4.0,9.0,a@mail.invalid,2024-05-01 01:00:00.000,,,partially_refunded,USD,TRUE,36,40,5,42,FALSE,FALSE
                5.0,9.0,a@mail.invalid,2024-05-02 01:00:00.000,,,paid,USD,TRUE,10,10,1,16,FALSE,FALSE
                6.0,9.0,a@mail.invalid,2024-05-02 01:00:00.000,,,paid,USD,FALSE,10,10,0,10,TRUE,FALSE""",
        # of 26 after a discount 4.33 are tax; the other line has none
        "order_line.csv": """order_id,id,product_id,variant_id,sku,quantity,price
                4.0,41.0,300.0,301.0,S,2,15
                4.0,42.0,302.0,303.0,B,1,10
                5.0,51.0,302.0,303.0,B,1,10
                6.0,61.0,302.0,303.0,B,1,10""",
        "tax_line.csv": """order_line_id,index,price,rate
                41.0,1,4.00,0.18
                41.0,2,0.33,0.02""",
        "order_line_refund.csv": """id,refund_id,order_line_id,quantity,subtotal,total_tax
                7.0,5.0,42.0,1,10,0
                8.0,6.0,61.0,1,10,0""",
    }
    write(raw, files)
    refunds = """(values ('5.0', '4.0', timestamp '2024-05-01 02:00:00'), ('6.0', '6.0', timestamp '2024-05-02 02:00:00')) as refunds (id, order_id, created_at)"""
    duckdb.sql(f"from {refunds}").write_parquet(str(raw / "refund.parquet"))
    variables = with_presets({"raw_preset": "shopify_fivetran"})
    only = Builder(builder.scratch, variables, builder.manifest).only(
        "fct_orders", "fct_deliveries", "fct_rejected_records"
    )
    with duckdb.connect(str(only.build(raw, warehouse, None)), read_only=True) as connection:
        orders = "select order_id, customer_id, net_revenue::double from marts.fct_orders order by 1"
        assert connection.execute(orders).fetchall() == [("4", "9", 21.67), ("5", "9", 10.0)]
        left_out = "select source_name, filtered_rows from marts.fct_deliveries where filtered_rows > 0 order by 1"
        assert connection.execute(left_out).fetchall() == [("order_items", 1), ("orders", 1), ("refunds", 1)]
        assert connection.execute("select * from marts.fct_rejected_records").fetchall() == []


def test_every_example_is_tried() -> None:
    assert sorted(EXAMPLES) == sorted(name for names in TOGETHER for name in names)


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_says_how_it_is_recognised_and_what_to_confirm(name: str) -> None:
    preset = read_preset(name)
    assert preset.title and preset.recognised_by and preset.confirm
    assert all(columns for columns in preset.recognised_by.values())


def test_what_the_shop_says_comes_before_its_preset() -> None:
    own = {
        "raw_preset": ["etsy", "meta_ads"],
        "raw_columns": {"orders": {"country": None}},
        "raw_timestamp_formats": ["%d.%m.%Y"],
        "reporting_currency": "EUR",
    }
    resolved = with_presets(own)
    assert resolved["raw_columns"]["orders"]["country"] is None
    assert resolved["raw_columns"]["orders"]["order_id"] == "Order ID"
    assert resolved["raw_columns"]["marketing_spend.meta_ads"]["amount"] == "Amount spent (*)"
    assert resolved["raw_timestamp_formats"] == ["%d.%m.%Y"]
    assert resolved["reporting_currency"] == "EUR"
    assert "raw_preset" not in resolved


def test_a_file_that_the_shop_names_replaces_a_query_of_its_preset() -> None:
    resolved = with_presets({"raw_preset": "shopify_fivetran", "raw_names": {"refunds": "my_refunds"}})
    assert "refunds" not in resolved["raw_queries"]


def test_a_preset_of_ones_own_is_a_file_beside_the_vars(tmp_path: Path) -> None:
    (tmp_path / "till.yml").write_text("vars: {raw_names: {orders: till}}", encoding="utf-8")
    assert with_presets({"raw_preset": "till.yml"}, tmp_path) == {"raw_names": {"orders": "till"}}


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("shopify_exports", "There is no preset 'shopify_exports'. Did you mean 'shopify_export'?"),
        ({"name": "etsy"}, "var raw_preset is '{'name': 'etsy'}': give the name of a preset, or a list of them."),
        (["etsy", "amazon"], "Two presets of raw_preset read the source orders (amazon is the second)"),
    ],
)
def test_a_wrong_preset_is_one_sentence(value: Any, sentence: str) -> None:
    with pytest.raises(UsageError) as told:
        with_presets({"raw_preset": value})
    assert str(told.value).startswith(sentence)
