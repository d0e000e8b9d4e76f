# L'image de tous les services de docker-compose.yaml : Airflow et Relances, exactement comme requirements.txt les fixe.
ARG AIRFLOW_IMAGE=apache/airflow:3.3.2-python3.11
FROM ${AIRFLOW_IMAGE}

# Un environnement à part : ce que l'image de base contient de plus, ou d'autres versions, n'y entre pas.
USER root
ENV VIRTUAL_ENV=/opt/relances/.venv PYTHONUTF8=1
ENV PATH=${VIRTUAL_ENV}/bin:${PATH}
WORKDIR /opt/relances
RUN python -m venv .venv
COPY requirements.txt ./
RUN .venv/bin/python -m pip install --no-cache-dir --no-deps --require-hashes --only-binary :all: -r requirements.txt

COPY pyproject.toml README.md ./
COPY include include
COPY plugins plugins
COPY dags dags
RUN .venv/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation -e . \
    && python -m compileall -q include plugins dags \
    # Les volumes prennent, à leur création, le propriétaire de ces dossiers.
    && install -d -o airflow -g root /opt/airflow/logs /opt/airflow/acces /opt/airflow/controles /opt/airflow/temoin /opt/airflow/registre

ENV AIRFLOW_HOME=/opt/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/relances/dags \
    AIRFLOW__CORE__PLUGINS_FOLDER=/opt/relances/plugins
USER airflow
WORKDIR /opt/airflow
# dumb-init : chaque conteneur reçoit les signaux et ramasse ses processus.
ENTRYPOINT ["/usr/bin/dumb-init", "--"]
CMD ["airflow", "version"]
