"""What a text means: people's own words beside what services say of themselves. NumPy only; nothing is sent anywhere.

`scorer` is what the index uses; `vectors` is built in; `sentence` reads a model where one is installed.
"""
