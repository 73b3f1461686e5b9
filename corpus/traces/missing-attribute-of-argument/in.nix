let show = user: "${user.name} <${user.email}>"; in show { name = "x"; }
