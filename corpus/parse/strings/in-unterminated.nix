"never closed
