"lib's sub"
