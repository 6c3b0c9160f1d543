"""The files of a warehouse: what stands where, who may write, what is published."""
