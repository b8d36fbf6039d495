"""The composition root: settings, URLs, ASGI and Celery applications, embedded services.

The only package that knows every floor of the house; it holds no behaviour of the product.
"""
