builtins.fromTOML (builtins.concatStringsSep "\n" [
  ''basic = "tab\there \"quoted\" back\\slash \u00e9 \U0001F600 \b\f\n\r /"''
  "literal = 'C:\\path\\n \"double\"'"
  "long = '''\n'one' ''two''\\\n\ttab'''''"
  ''trimmed = """
  a \

      b ""quotes"" and \""" escaped
  """"''
  "crlf = \"\"\"\r\nx\r\ny \\\r\n  z\"\"\""
  "empty = [ \"\", '', \"\"\"\"\"\", '''''' ]"
])
