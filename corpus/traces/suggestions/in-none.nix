{ enable = true; }.completelyDifferent
