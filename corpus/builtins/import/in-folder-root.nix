import "/"
