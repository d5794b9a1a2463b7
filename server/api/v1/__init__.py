"""The admin API, ``/api/v1``: the shapes of its resources and the routes that serve them."""
