"lib's default"
