builtins.fromJSON ''{"a":"b''
