"""Rules about the tree itself: who may use what, what no file may say."""
