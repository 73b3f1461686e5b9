# Lengths around those of blocks, chunks and the groups that are hashed side by side.
with builtins;
let
  # 113 characters.
  text = "!(/6=DKRY`gnux)07>ELSZahov#*18?FMT[bipwx+29@GNUxcjqx%,3:AHOV]dkry&-4;BIPW^elsz'.5<CJQX_fmt!(/6=DKRY`gnux)07>ELSZa";
  repeat = count: if count == 0 then "" else let half = repeat (count / 2); in half + half + (if count - 2 * (count / 2) == 1 then text else "");
  long = repeat 1800;
in
map (length: hashString "blake3" (substring 0 length long))
  [ 0 1 2 63 64 65 1023 1024 1025 2048 2049 3072 4096 4097 5120 8192 8193 16384 16385 31744 65535 65536 65537 66560 131072 131073 197633 203400 ]
