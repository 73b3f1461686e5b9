"/x" + /does-not-exist
