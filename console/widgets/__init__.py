"""Small parts shared by the sections. Each keeps its accessible name, its keyboard and both schemes in order."""
