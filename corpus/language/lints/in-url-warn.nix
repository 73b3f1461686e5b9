[ http://example.org/x "http://example.org" mailto:a@b ]
