"""What a bank would use instead, each as its documentation shows it: run by a Python environment of their own."""
