"""A second implementation of the marts in plain pandas, from the definitions and the raw files alone.

It reads no SQL of the project and no table but the raw files, so that an error of one implementation is a difference between both.
"""
