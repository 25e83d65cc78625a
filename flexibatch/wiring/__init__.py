"""Put the program together: a home, and the components over it, each made when it is asked for."""
