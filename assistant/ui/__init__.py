"""The Streamlit page. It talks to ``assistant.Assistant`` alone and computes no figure of its own."""
