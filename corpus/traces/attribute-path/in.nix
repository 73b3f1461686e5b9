let config = { services.web.port = "eighty" + 1; }; in config.services.web.port
