{
  __curPos = __curPos;
}
