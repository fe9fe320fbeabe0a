"""The lecture's tables, measured: each encoder trained alone, beside the published figure.

`qaengine reproduce sst` and `qaengine reproduce sick`. Nothing here imports torch until it trains.
"""
