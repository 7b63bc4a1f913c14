"""Describe allauth's endpoints for apps, which no serializer of ours describes."""
