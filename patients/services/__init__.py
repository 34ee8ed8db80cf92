"""What can be done for patients: each a transaction that ends in the facts it caused."""
