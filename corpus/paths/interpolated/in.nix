let name = "file"; in [ ./${name}.nix ./dir/${name}/x /abs/${name} (./. + "/${name}") ./a${"b"}c/d ]
