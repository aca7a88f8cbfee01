"""Forms as data: a YAML definition is compiled once into a Flask-WTF class that judges every answer."""
