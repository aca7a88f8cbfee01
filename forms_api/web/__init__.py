"""What both faces share: how a Flask application of this service is made, headers, health."""
