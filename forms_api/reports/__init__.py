"""What is done with reports: take in, follow up, claim, decide, answer; no web, no words for people."""
