"""The Dynamic Memory Network, in the order in which data flow:

encoder.py, embedding.py, fusion.py, memory.py, reading.py, answers.py, dynamic_memory_network.py.
"""
