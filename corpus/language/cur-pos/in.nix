{ a = __curPos; b = [ __curPos.line __curPos.column ]; }
