"""Put the program together: a home, and the parts that work on it, each made when it is asked for."""
