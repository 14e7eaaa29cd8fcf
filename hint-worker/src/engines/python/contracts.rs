//! Owns the way of hints in Python into the session's world of contracts: what `syscall_handler` stands on. Must not
//! know how contracts are executed.

use num_bigint::{BigInt, BigUint};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use super::sources;
use crate::engines::contract::hints::{Chain, ChainError, Given, SharedChain};
use crate::engines::contract::world::Address;

/// The world of contracts as the Python half's `SyscallHandler` sees it.
#[pyclass(frozen, module = "cairohints.engine")]
#[derive(Debug)]
struct Contracts {
    chain: SharedChain,
}

/// A status, its message, what that does not say, and the results.
type Called<'py> = (u8, String, Option<String>, Vec<Bound<'py, PyBytes>>);

/// Gives the hints of a session a `syscall_handler`, if it uses contracts and has none of its user's. Whether that is
/// settled.
///
/// # Errors
/// [`PyErr`] when the object cannot be made.
pub(super) fn offer(session: &Bound<'_, PyAny>, chain: &SharedChain) -> PyResult<bool> {
    if !chain.with(|chain| chain.is_expected()) {
        return Ok(false);
    }
    let py = session.py();
    let chain = chain.clone();
    let contracts = Bound::new(py, Contracts { chain })?;
    session.call_method1("offer_syscall_handler", (contracts,))?;
    Ok(true)
}

#[pymethods]
impl Contracts {
    fn caller<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let caller = py.detach(|| self.chain.with(|chain| chain.caller()));
        let Address(bytes) = caller.map_err(|error| refused(py, error))?;
        Ok(PyBytes::new(py, &bytes))
    }

    fn storage_read<'py>(
        &self,
        py: Python<'py>,
        account: Option<Bound<'py, PyAny>>,
        key: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let (account, key) = (optional(account)?, given(key)?);
        let read = py.detach(|| {
            self.chain.with(|chain| {
                let account = account.map_or_else(|| chain.caller(), Given::address)?;
                chain.storage_read(account, &key.argument(None)?)
            })
        });
        let value = read.map_err(|error| refused(py, error))?;
        Ok(PyBytes::new(py, &value))
    }

    fn storage_write<'py>(
        &self,
        py: Python<'py>,
        account: Option<Bound<'py, PyAny>>,
        key: &Bound<'py, PyAny>,
        value: &Bound<'py, PyAny>,
    ) -> PyResult<()> {
        let (account, key, value) = (optional(account)?, given(key)?, given(value)?);
        let written = py.detach(|| {
            self.chain.with(|chain| {
                let account = account.map_or_else(|| chain.caller(), Given::address)?;
                chain.storage_write(account, key.argument(None)?, value.argument(None)?)
            })
        });
        written.map_err(|error| refused(py, error))
    }

    fn call<'py>(
        &self,
        py: Python<'py>,
        contract: &Bound<'py, PyAny>,
        endpoint: &Bound<'py, PyAny>,
        arguments: Vec<Bound<'py, PyAny>>,
        paying: &Bound<'py, PyAny>,
    ) -> PyResult<Called<'py>> {
        let (contract, endpoint, paying) = (given(contract)?, given(endpoint)?, given(paying)?);
        let arguments: Vec<Given> = arguments.iter().map(given).collect::<PyResult<_>>()?;
        let call = |chain: &mut Chain| {
            let contract = contract.address()?;
            let endpoint = endpoint.argument(None)?;
            let signature = chain.signature(&contract, &endpoint)?;
            let kinds = (0..).map(|index| signature.as_ref()?.parameter(index));
            let arguments = arguments.into_iter().zip(kinds);
            let arguments = arguments
                .map(|(argument, kind)| argument.argument(kind))
                .collect::<Result<_, ChainError>>()?;
            let egld = BigUint::from_bytes_be(&paying.argument(None)?);
            chain.call(contract, &endpoint, arguments, egld)
        };
        let called = py.detach(|| self.chain.with(call));
        let outcome = called.map_err(|error| refused(py, error))?;
        let status = outcome.status();
        Ok(match outcome.result {
            Ok(results) => {
                let results = results.iter().map(|result| PyBytes::new(py, result));
                (status, String::new(), None, results.collect())
            }
            Err(failure) => (status, failure.message, failure.detail, Vec::new()),
        })
    }

    fn emit_event<'py>(
        &self,
        py: Python<'py>,
        topics: Vec<Bound<'py, PyAny>>,
        data: Vec<Bound<'py, PyAny>>,
    ) -> PyResult<()> {
        let topics: Vec<Given> = topics.iter().map(given).collect::<PyResult<_>>()?;
        let data: Vec<Given> = data.iter().map(given).collect::<PyResult<_>>()?;
        let written = py.detach(|| {
            let bytes = |values: Vec<Given>| {
                let values = values.into_iter().map(|value| value.argument(None));
                values.collect::<Result<Vec<_>, ChainError>>()
            };
            let (topics, data) = (bytes(topics)?, bytes(data)?);
            self.chain.with(|chain| chain.emit_event(topics, data))
        });
        written.map_err(|error| refused(py, error))
    }

    fn endpoint_of_selector(
        &self,
        py: Python<'_>,
        contract: &Bound<'_, PyAny>,
        selector: BigUint,
    ) -> PyResult<Option<String>> {
        let contract = given(contract)?;
        let found = py.detach(|| {
            let contract = contract.address()?;
            self.chain
                .with(|chain| chain.endpoint_of_selector(&contract, &selector))
        });
        found.map_err(|error| refused(py, error))
    }
}

/// What cannot be done, as the exception that it is in Python.
fn refused(py: Python<'_>, error: ChainError) -> PyErr {
    let exception = || {
        let class = sources::module(py, "syscalls")?.getattr("ContractError")?;
        class.call1((error.0,))
    };
    exception().map_or_else(|error| error, PyErr::from_value)
}

fn optional(value: Option<Bound<'_, PyAny>>) -> PyResult<Option<Given>> {
    value.as_ref().map(given).transpose()
}

/// A value of Python for the world of contracts.
fn given(value: &Bound<'_, PyAny>) -> PyResult<Given> {
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return Ok(Given::Bytes(bytes.as_bytes().to_vec()));
    }
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(Given::Text(text.extract()?));
    }
    value.extract::<BigInt>().map(Given::Number).map_err(|_| {
        let class = value.get_type();
        PyTypeError::new_err(format!(
            "a `{class}` is no value for a contract\nhint: give an int, bytes, or a str such as `address:alice`"
        ))
    })
}
