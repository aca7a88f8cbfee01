"""Keys and sealed content: the intake can seal, and only an officer's key or a reporter's code opens."""
