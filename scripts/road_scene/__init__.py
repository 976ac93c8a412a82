"""A drawn road with a collision, for the sample clip: our own pictures, free to share."""
