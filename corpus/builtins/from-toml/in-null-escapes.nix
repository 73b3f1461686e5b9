builtins.fromTOML ''a = 'x\u0000y'
b = "\\u0000"
c = 'x\U00000000'''
