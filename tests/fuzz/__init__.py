"""`make fuzz`: whatever comes from outside, thrown at what reads it, for as long as one likes."""
