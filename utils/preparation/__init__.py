"""What is done with labelled clips before training: checking them, cutting them, drawing frames.

Nothing here knows a label format or a network.
"""
