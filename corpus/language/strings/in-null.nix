"null" + null
