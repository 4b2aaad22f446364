"""What sellers, the operator and the clock do with subscriptions."""
