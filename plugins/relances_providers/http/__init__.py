"""HTTP as every provider needs it: bounded, told plainly, and honest about what was sent."""
