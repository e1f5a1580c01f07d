"""What is there: places, stretches, crossings, terminals, projects, closures, and the evidence for each figure."""
