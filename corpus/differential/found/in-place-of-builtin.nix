!map
