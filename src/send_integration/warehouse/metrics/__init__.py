"""The figures that the warehouse must be able to give: their definitions, and the views that are made of them."""
