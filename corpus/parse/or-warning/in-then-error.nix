[ x or ] |
