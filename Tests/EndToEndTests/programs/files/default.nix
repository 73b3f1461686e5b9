{ name ? "nobody" }: { greeting = "hello ${name}"; }
