{ patch = 1; pth = 2; bash = 3; dash = 4; npth = 5; mash = 6; }.path
