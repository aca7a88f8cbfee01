"""The product from outside: real commands, a real server, a real browser, as people meet them."""
