"""What a site's tree is made of."""
