{ name }:
{
  value = "${name}-${missing}";
}
