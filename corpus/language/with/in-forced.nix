with throw "forced"; x
